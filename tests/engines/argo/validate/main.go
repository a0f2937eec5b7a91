// What Argo's own code makes of files that this project has written: its validation, and the
// containers that it runs for a workflow, with everything filled in.
//
// It reads a JSON list of requests from standard input, and writes a list of answers.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	wfv1 "github.com/argoproj/argo-workflows/v4/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v4/util/logging"
	"github.com/argoproj/argo-workflows/v4/util/template"
	"github.com/argoproj/argo-workflows/v4/workflow/common"
	"github.com/argoproj/argo-workflows/v4/workflow/templateresolution"
	"github.com/argoproj/argo-workflows/v4/workflow/validate"
)

type request struct {
	Documents []json.RawMessage `json:"documents"`
	Runs      []run             `json:"runs"`
}

type run struct {
	UID        string            `json:"uid"`
	Created    time.Time         `json:"created"`
	Scheduled  string            `json:"scheduled"`
	Parameters map[string]string `json:"parameters"`
}

type answer struct {
	Errors []string                       `json:"errors"`
	Runs   []map[string]*corev1.Container `json:"runs"`
}

// templates is a cluster that holds the templates of one file.
type templates map[string]*wfv1.WorkflowTemplate

func (t templates) Get(_ context.Context, name string) (*wfv1.WorkflowTemplate, error) {
	if found, ok := t[name]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("there is no WorkflowTemplate %q", name)
}

func main() {
	ctx := logging.WithLogger(context.Background(), logging.NewSlogLogger(logging.Error, logging.Text))
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		panic(err)
	}
	answers := []answer{}
	for _, item := range requests {
		answers = append(answers, answerTo(ctx, item))
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}

func answerTo(ctx context.Context, item request) answer {
	result := answer{Errors: []string{}, Runs: []map[string]*corev1.Container{}}
	cluster := templates{}
	for _, document := range item.Documents {
		if err := check(ctx, document, cluster); err != nil {
			result.Errors = append(result.Errors, err.Error())
		}
	}
	for _, one := range item.Runs {
		for _, workflow := range cluster {
			containers, err := containersOf(ctx, workflow, one)
			if err != nil {
				result.Errors = append(result.Errors, err.Error())
			}
			result.Runs = append(result.Runs, containers)
		}
	}
	return result
}

// check reads a document as strictly as a server that refuses unknown fields.
func check(ctx context.Context, document json.RawMessage, cluster templates) error {
	var kind metav1.TypeMeta
	if err := json.Unmarshal(document, &kind); err != nil {
		return err
	}
	null := &templateresolution.NullClusterWorkflowTemplateGetter{}
	if kind.Kind == "CronWorkflow" {
		var cron wfv1.CronWorkflow
		if err := yaml.UnmarshalStrict(document, &cron); err != nil {
			return err
		}
		return validate.ValidateCronWorkflow(ctx, cluster, null, &cron, nil)
	}
	var workflow wfv1.WorkflowTemplate
	if err := yaml.UnmarshalStrict(document, &workflow); err != nil {
		return err
	}
	cluster[workflow.Name] = &workflow
	return validate.ValidateWorkflowTemplate(ctx, cluster, null, &workflow, nil, validate.ValidateOpts{})
}

// globals are what the controller's `setGlobalParameters` knows of a run.
func globals(workflow *wfv1.WorkflowTemplate, one run) common.Parameters {
	values := common.Parameters{
		"workflow.name":                      workflow.Name + "-abcde",
		"workflow.namespace":                 "default",
		"workflow.uid":                       one.UID,
		"workflow.status":                    "Succeeded",
		"workflow.creationTimestamp":         one.Created.Format(time.RFC3339),
		"workflow.creationTimestamp.RFC3339": one.Created.Format(time.RFC3339),
	}
	if one.Scheduled != "" {
		values["workflow.scheduledTime"] = one.Scheduled
	}
	for _, parameter := range workflow.Spec.Arguments.Parameters {
		values["workflow.parameters."+parameter.Name] = parameter.Value.String()
	}
	for name, value := range one.Parameters {
		values["workflow.parameters."+name] = value
	}
	text, _ := json.Marshal(workflow.Spec.Arguments.Parameters)
	values["workflow.parameters"], values["workflow.parameters.json"] = string(text), string(text)
	return values
}

// containersOf goes the way of the controller: `executeTemplate`, `resolveDependencyReferences`,
// `ProcessArgs` of each task's template, and `substitutePodParams`.
func containersOf(ctx context.Context, workflow *wfv1.WorkflowTemplate, one run) (map[string]*corev1.Container, error) {
	result := map[string]*corev1.Container{}
	values := globals(workflow, one)
	byName := map[string]*wfv1.Template{}
	for i := range workflow.Spec.Templates {
		byName[workflow.Spec.Templates[i].Name] = &workflow.Spec.Templates[i]
	}
	entry, err := common.ProcessArgs(ctx, byName[workflow.Spec.Entrypoint], &wfv1.Arguments{}, values, common.Parameters{}, false, "", nil)
	if err != nil {
		return nil, err
	}
	for _, task := range entry.DAG.Tasks {
		text, err := json.Marshal(task)
		if err != nil {
			return nil, err
		}
		replaced, err := template.Replace(ctx, string(text), values, true)
		if err != nil {
			return nil, err
		}
		var ready wfv1.DAGTask
		if err = json.Unmarshal([]byte(replaced), &ready); err != nil {
			return nil, err
		}
		if result[task.Name], err = containerOf(ctx, byName[task.Template], &ready.Arguments, values); err != nil {
			return nil, fmt.Errorf("%s: %w", task.Name, err)
		}
	}
	if workflow.Spec.OnExit != "" {
		if result["on-exit"], err = containerOf(ctx, byName[workflow.Spec.OnExit], &wfv1.Arguments{}, values); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func containerOf(ctx context.Context, leaf *wfv1.Template, arguments *wfv1.Arguments, values common.Parameters) (*corev1.Container, error) {
	ready, err := common.ProcessArgs(ctx, leaf, arguments, values, common.Parameters{}, false, "", nil)
	if err != nil {
		return nil, err
	}
	last := values.DeepCopy()
	for _, input := range ready.Inputs.Parameters {
		last["inputs.parameters."+input.Name] = input.Value.String()
	}
	text, err := json.Marshal(ready.Container)
	if err != nil {
		return nil, err
	}
	replaced, err := template.Replace(ctx, string(text), last, true)
	if err != nil {
		return nil, err
	}
	var container corev1.Container
	return &container, json.Unmarshal([]byte(replaced), &container)
}
